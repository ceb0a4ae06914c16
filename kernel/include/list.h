/* FreeRTOS's lists, for middleware that uses them: circular, doubly linked, kept in order of each item's value when
 * inserted with vListInsert(). The kernel itself has other lists.
 *
 *   vListInitialise(&pending);
 *   vListInitialiseItem(&job->item);
 *   listSET_LIST_ITEM_OWNER(&job->item, job);
 *   listSET_LIST_ITEM_VALUE(&job->item, job->deadline);
 *   vListInsert(&pending, &job->item);
 *
 * Lists and items are the caller's; nothing is allocated, locked or checked. Pointers must not be NULL. Any context, as
 * long as only one uses the list at a time.
 */
#ifndef LIST_H
#define LIST_H

#include "FreeRTOS.h"

#ifdef __cplusplus
extern "C" {
#endif

struct xLIST;
struct xLIST_ITEM {
  configLIST_VOLATILE TickType_t xItemValue;
  struct xLIST_ITEM *configLIST_VOLATILE pxNext;
  struct xLIST_ITEM *configLIST_VOLATILE pxPrevious;
  void *pvOwner;                                 /* what contains the item */
  struct xLIST *configLIST_VOLATILE pxContainer; /* NULL: in no list */
};
typedef struct xLIST_ITEM ListItem_t;
typedef struct xLIST_ITEM MiniListItem_t;

typedef struct xLIST {
  volatile UBaseType_t uxNumberOfItems;
  ListItem_t *configLIST_VOLATILE pxIndex; /* how far listGET_OWNER_OF_NEXT_ENTRY() has come */
  MiniListItem_t xListEnd;                 /* before the first and after the last item; greatest value */
} List_t;

/* Makes an empty list. Before anything else. */
void vListInitialise(List_t *const pxList);

/* Says that the item is in no list. */
void vListInitialiseItem(ListItem_t *const pxItem);

/* Inserts by value, after those with the same value. The item must be in no list. Takes time in proportion. */
void vListInsert(List_t *const pxList, ListItem_t *const pxNewListItem);

/* Inserts as the last that listGET_OWNER_OF_NEXT_ENTRY() will come to. The item must be in no list. */
void vListInsertEnd(List_t *const pxList, ListItem_t *const pxNewListItem);

/* Takes an item, which must be in a list, out of it. Returns how many remain. */
UBaseType_t uxListRemove(ListItem_t *const pxItemToRemove);

/* ---- Items. ---- */

#define listSET_LIST_ITEM_OWNER(pxListItem, pxOwner) ((pxListItem)->pvOwner = (void *)(pxOwner))
#define listGET_LIST_ITEM_OWNER(pxListItem) ((pxListItem)->pvOwner)
#define listSET_LIST_ITEM_VALUE(pxListItem, xValue) ((pxListItem)->xItemValue = (xValue))
#define listGET_LIST_ITEM_VALUE(pxListItem) ((pxListItem)->xItemValue)
#define listLIST_ITEM_CONTAINER(pxListItem) ((pxListItem)->pxContainer)
#define listIS_CONTAINED_WITHIN(pxList, pxListItem) (((pxListItem)->pxContainer == (pxList)) ? (pdTRUE) : (pdFALSE))
#define listGET_NEXT(pxListItem) ((pxListItem)->pxNext)

/* ---- Lists. The head's value and owner only when it is not empty; the value of an empty one is portMAX_DELAY. ---- */

#define listLIST_IS_EMPTY(pxList) (((pxList)->uxNumberOfItems == (UBaseType_t)0) ? pdTRUE : pdFALSE)
#define listLIST_IS_INITIALISED(pxList) ((pxList)->xListEnd.xItemValue == portMAX_DELAY)
#define listCURRENT_LIST_LENGTH(pxList) ((pxList)->uxNumberOfItems)
#define listGET_HEAD_ENTRY(pxList) ((pxList)->xListEnd.pxNext)
#define listGET_END_MARKER(pxList) ((ListItem_t const *)(&((pxList)->xListEnd)))
#define listGET_ITEM_VALUE_OF_HEAD_ENTRY(pxList) ((pxList)->xListEnd.pxNext->xItemValue)
#define listGET_OWNER_OF_HEAD_ENTRY(pxList) ((pxList)->xListEnd.pxNext->pvOwner)

/* Round and round: stores the owner of the next item in pxOwner (a pointer). The list must not be empty. */
#define listGET_OWNER_OF_NEXT_ENTRY(pxOwner, pxList) \
  do {                                               \
    List_t *const list_ = (pxList);                  \
    list_->pxIndex = list_->pxIndex->pxNext;         \
    if (list_->pxIndex == &list_->xListEnd) {        \
      list_->pxIndex = list_->xListEnd.pxNext;       \
    }                                                \
    (pxOwner) = list_->pxIndex->pvOwner;             \
  } while (0)

/* The functions of these names, as statements. */
#define listREMOVE_ITEM(pxItemToRemove) ((void)uxListRemove(pxItemToRemove))
#define listINSERT_END(pxList, pxNewListItem) vListInsertEnd((pxList), (pxNewListItem))

#ifdef __cplusplus
}
#endif

#endif
