/* Ethernet (boards/port/ethernet.h) by the LAN9118, in the non-secure world.
 *
 * Frames are read out word by word, always whole: the emulated device's fast-forward corrupts its count. Its RX FIFO holds six full
 * frames and drops the next without telling: whoever speaks TCP over it must not offer a larger window.
 *
 * The RX interrupt is raised by the arrival of a frame, not by frames that lie there. So its cause is cleared before the last look
 * into the FIFO (rearm), and it stays masked as long as somebody is reading: a flood costs one interrupt, not one for each frame. */
#include "ethernet.h"

#include "lan9118.h"
#include "startup_nonsecure.h"

/* Looks at a register before giving up; the device needs a few at most. */
#define PATIENCE 100000u
/* The interrupt controller's registers of this world. */
#define NVIC_ENABLE ((volatile uint32_t *)0xE000E100)
#define NVIC_DISABLE ((volatile uint32_t *)0xE000E180)
#define NVIC_PRIORITY ((volatile uint8_t *)0xE000E400)
#define LINE_WORD (ETHERNET_INTERRUPT / 32u)
#define LINE_BIT (1u << ETHERNET_INTERRUPT % 32u)

#define CHECK_SEQUENCE_BYTES 4u
#define WORD_BYTES 4u
#define TX_COMMAND_BYTES 8u
#define TX_SLACK_BYTES 4u /* end of the last word */

static void (*tell)(uint32_t events);
static ethernet_statistics statistics;
static uint32_t waiting_bytes; /* of the frame whose status was taken, with its check sequence; 0: none was */

/* ---- Registers behind registers ---- */

static bool mac_is_ready(void)
{
  for (uint32_t looks = 0; looks < PATIENCE; looks++)
    if ((MAC_COMMAND & MAC_BUSY) == 0) return true;
  return false;
}

/* A device that stays busy reads as 0: no link, no address. */
static uint32_t mac_read(uint32_t number)
{
  if (!mac_is_ready()) return 0;
  MAC_COMMAND = MAC_BUSY | MAC_READ | number;
  return mac_is_ready() ? MAC_DATA : 0;
}

static void mac_write(uint32_t number, uint32_t value)
{
  if (!mac_is_ready()) return;
  MAC_DATA = value;
  MAC_COMMAND = MAC_BUSY | number;
  (void)mac_is_ready();
}

static bool mii_is_ready(void)
{
  for (uint32_t looks = 0; looks < PATIENCE; looks++)
    if ((mac_read(MAC_MII_ACCESS) & MII_BUSY) == 0) return true;
  return false;
}

static uint32_t phy_read(uint32_t number)
{
  if (!mii_is_ready()) return 0;
  mac_write(MAC_MII_ACCESS, MII_REGISTER(number) | MII_BUSY);
  return mii_is_ready() ? mac_read(MAC_MII_DATA) : 0;
}

static void phy_write(uint32_t number, uint32_t value)
{
  if (!mii_is_ready()) return;
  mac_write(MAC_MII_DATA, value);
  mac_write(MAC_MII_ACCESS, MII_REGISTER(number) | MII_WRITE | MII_BUSY);
  (void)mii_is_ready();
}

/* ---- Start ---- */

static bool reset_device(void)
{
  if (BYTE_TEST != BYTE_TEST_VALUE || CHIP_ID >> 16 != CHIP_ID_FAMILY) return false;
  HW_CONFIG = HW_RESET;
  for (uint32_t looks = 0; looks < PATIENCE; looks++)
    if ((HW_CONFIG & HW_RESET) == 0) return true;
  return false;
}

bool ethernet_start(uint8_t interrupt_priority, void (*on_event)(uint32_t events))
{
  NVIC_DISABLE[LINE_WORD] = LINE_BIT;
  __asm__ volatile("dsb\n\tisb" : : : "memory");
  if (!reset_device()) return false;
  tell = on_event;
  waiting_bytes = 0;
  statistics = (ethernet_statistics){0};
  IRQ_CONFIG = IRQ_ENABLE_ACTIVE_HIGH_PUSH_PULL; /* before the line is on: after a reset it is active low */
  HW_CONFIG = HW_MUST_BE_ONE_TX_FIFO_5K;
  FIFO_LEVELS = FIFO_LEVELS_DEFAULT;
  TX_CONFIG = TX_ON;
  mac_write(MAC_CONTROL, MAC_CONTROL_RUN);
  phy_write(PHY_INTERRUPT_MASK, PHY_LINK_CHANGES);
  (void)phy_read(PHY_INTERRUPTS);
  INT_STATUS = 0xFFFFFFFFu;
  INT_ENABLE = INT_RX_STATUS_LEVEL | INT_PHY;
  NVIC_PRIORITY[ETHERNET_INTERRUPT] = interrupt_priority;
  NVIC_ENABLE[LINE_WORD] = LINE_BIT;
  return true;
}

/* Each cause is masked until the task has looked: the PHY's own register can only be read there. */
void ethernet_handler(void)
{
  const uint32_t causes = INT_STATUS & INT_ENABLE;
  uint32_t events = 0;
  statistics.interrupts++;
  if ((causes & INT_RX_STATUS_LEVEL) != 0) events |= ETHERNET_EVENT_FRAME;
  if ((causes & INT_PHY) != 0) events |= ETHERNET_EVENT_LINK;
  INT_ENABLE &= ~causes;
  INT_STATUS = causes;
  if (events != 0) tell(events);
}

/* The handler changes INT_ENABLE, too: its line is off meanwhile. */
static void unmask(uint32_t cause)
{
  NVIC_DISABLE[LINE_WORD] = LINE_BIT;
  __asm__ volatile("dsb\n\tisb" : : : "memory");
  INT_ENABLE |= cause;
  NVIC_ENABLE[LINE_WORD] = LINE_BIT;
}

void ethernet_get_address(uint8_t address[ETHERNET_ADDRESS_BYTES])
{
  const uint32_t low = mac_read(MAC_ADDRESS_LOW), high = mac_read(MAC_ADDRESS_HIGH);
  for (uint32_t i = 0; i < ETHERNET_ADDRESS_BYTES; i++)
    address[i] = (uint8_t)(i < 4u ? low >> 8u * i : high >> 8u * (i - 4u));
}

/* Reading the PHY's interrupts lets it tell the next change; the state is read after it, so that no change is missed. */
bool ethernet_link_is_up(void)
{
  (void)phy_read(PHY_INTERRUPTS);
  INT_STATUS = INT_PHY;
  unmask(INT_PHY);
  return (phy_read(PHY_STATUS) & PHY_STATUS_LINK) != 0;
}

/* ---- Sending ---- */

static uint32_t bytes_of(const ethernet_segment *segments, uint32_t count)
{
  uint32_t bytes = 0;
  for (uint32_t i = 0; i < count; i++) {
    if (segments[i].bytes > ETHERNET_FRAME_MAX - bytes) return 0;
    bytes += segments[i].bytes;
  }
  return bytes;
}

static bool has_room_to_send(uint32_t bytes)
{
  for (uint32_t looks = 0; looks < PATIENCE; looks++)
    if ((TX_FIFO_INFO & 0xFFFFu) >= bytes) return true;
  return false;
}

/* What became of frames sent before. Nobody else takes it, and the device stops when its list is full. */
static void take_results(void)
{
  for (uint32_t left = TX_FIFO_INFO >> 16 & 0xFFu; left != 0; left--)
    if ((TX_STATUS & TX_STATUS_ERROR) != 0) statistics.send_errors++;
}

/* Bytes of any segments into words. */
typedef struct packer {
  uint32_t word;
  uint32_t bits;
} packer;

static void pack(packer *p, const uint8_t *from, uint32_t bytes)
{
  for (; bytes != 0 && p->bits != 0; bytes--) {
    p->word |= (uint32_t)*from++ << p->bits;
    p->bits = (p->bits + 8u) % 32u;
    if (p->bits != 0) continue;
    TX_DATA = p->word;
    p->word = 0;
  }
  for (; bytes >= WORD_BYTES; bytes -= WORD_BYTES, from += WORD_BYTES) {
    uint32_t word;
    __builtin_memcpy(&word, from, WORD_BYTES);
    TX_DATA = word;
  }
  for (; bytes != 0; bytes--, p->bits += 8u) p->word |= (uint32_t)*from++ << p->bits;
}

bool ethernet_send(const ethernet_segment *segments, uint32_t count)
{
  const uint32_t bytes = bytes_of(segments, count);
  take_results();
  if (bytes < ETHERNET_FRAME_MIN || !has_room_to_send(bytes + TX_COMMAND_BYTES + TX_SLACK_BYTES)) {
    statistics.send_errors++;
    return false;
  }
  packer p = {0, 0};
  TX_DATA = TX_ONE_SEGMENT | bytes;
  TX_DATA = bytes;
  for (uint32_t i = 0; i < count; i++) pack(&p, segments[i].at, segments[i].bytes);
  if (p.bits != 0) TX_DATA = p.word;
  statistics.sent++;
  return true;
}

/* ---- Receiving ---- */

static bool fifo_holds_frames(void)
{
  return (RX_FIFO_USED >> 16 & 0xFFu) != 0;
}

static void rearm(void)
{
  INT_STATUS = INT_RX_STATUS_LEVEL;
  if (!fifo_holds_frames()) unmask(INT_RX_STATUS_LEVEL);
}

static bool is_sound(uint32_t status)
{
  const uint32_t bytes = RX_STATUS_BYTES(status);
  return (status & RX_STATUS_ERROR) == 0 && bytes >= ETHERNET_FRAME_MIN + CHECK_SEQUENCE_BYTES &&
         bytes <= ETHERNET_FRAME_MAX + CHECK_SEQUENCE_BYTES;
}

static void drop_words(uint32_t bytes)
{
  for (uint32_t words = (bytes + WORD_BYTES - 1u) / WORD_BYTES; words != 0; words--) (void)RX_DATA;
}

uint32_t ethernet_frame_waiting(void)
{
  if (waiting_bytes != 0) return waiting_bytes - CHECK_SEQUENCE_BYTES;
  for (;;) {
    if (!fifo_holds_frames()) rearm();
    if (!fifo_holds_frames()) return 0;
    const uint32_t status = RX_STATUS;
    waiting_bytes = RX_STATUS_BYTES(status);
    if (is_sound(status)) return waiting_bytes - CHECK_SEQUENCE_BYTES;
    statistics.receive_errors++;
    drop_words(waiting_bytes);
    waiting_bytes = 0;
  }
}

/* The check sequence, and what has no room, is read and dropped. */
void ethernet_receive(void *to, uint32_t room)
{
  if (waiting_bytes == 0) return;
  const uint32_t frame_bytes = waiting_bytes - CHECK_SEQUENCE_BYTES;
  const uint32_t bytes = frame_bytes < room ? frame_bytes : room, tail = bytes % WORD_BYTES;
  uint8_t *next = to;
  for (uint32_t words = bytes / WORD_BYTES; words != 0; words--, next += WORD_BYTES) {
    const uint32_t word = RX_DATA;
    __builtin_memcpy(next, &word, WORD_BYTES);
  }
  if (tail != 0) {
    const uint32_t word = RX_DATA;
    __builtin_memcpy(next, &word, tail);
  }
  drop_words(waiting_bytes - (bytes - tail) - (tail != 0 ? WORD_BYTES : 0u));
  waiting_bytes = 0;
  statistics.received++;
}

ethernet_statistics ethernet_get_statistics(void)
{
  statistics.receive_dropped += RX_DROPPED;
  return statistics;
}
