/* FreeRTOS's lists, for middleware; see list.h. */
#include "FreeRTOS.h"
#include "list.h"

void vListInitialise(List_t *const pxList)
{
  ListItem_t *end = &pxList->xListEnd;

  end->xItemValue = portMAX_DELAY;
  end->pxNext = end;
  end->pxPrevious = end;
  end->pvOwner = NULL;
  end->pxContainer = NULL;
  pxList->pxIndex = end;
  pxList->uxNumberOfItems = 0;
}

void vListInitialiseItem(ListItem_t *const pxItem)
{
  pxItem->pxContainer = NULL;
}

static void insert_before(List_t *list, ListItem_t *place, ListItem_t *item)
{
  item->pxNext = place;
  item->pxPrevious = place->pxPrevious;
  place->pxPrevious->pxNext = item;
  place->pxPrevious = item;
  item->pxContainer = list;
  list->uxNumberOfItems = list->uxNumberOfItems + 1;
}

void vListInsert(List_t *const pxList, ListItem_t *const pxNewListItem)
{
  ListItem_t *place = &pxList->xListEnd;

  /* From the end: new items mostly belong there, and those of the same value stay in the order they came. */
  while (place->pxPrevious != &pxList->xListEnd && place->pxPrevious->xItemValue > pxNewListItem->xItemValue)
    place = place->pxPrevious;
  insert_before(pxList, place, pxNewListItem);
}

void vListInsertEnd(List_t *const pxList, ListItem_t *const pxNewListItem)
{
  insert_before(pxList, pxList->pxIndex, pxNewListItem);
}

UBaseType_t uxListRemove(ListItem_t *const pxItemToRemove)
{
  List_t *list = pxItemToRemove->pxContainer;

  pxItemToRemove->pxNext->pxPrevious = pxItemToRemove->pxPrevious;
  pxItemToRemove->pxPrevious->pxNext = pxItemToRemove->pxNext;
  /* A walk that stands on this item goes on where it would have gone. */
  if (list->pxIndex == pxItemToRemove) list->pxIndex = pxItemToRemove->pxPrevious;
  pxItemToRemove->pxContainer = NULL;
  list->uxNumberOfItems = list->uxNumberOfItems - 1;
  return list->uxNumberOfItems;
}
