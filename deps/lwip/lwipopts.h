/* lwIP as Holdfast uses it; what is not here has lwIP's default (lwip/opt.h). A product may change the sizes: network.c asserts
 * what they must keep to each other.
 *
 * One client with one or two connections, each owned by one task. So: the raw API under the core lock, no netconn, no sockets; our
 * transport (net/lwip/tcp_transport.h) neither copies through mailboxes nor keeps a semaphore for each call. */
#ifndef HF_LWIPOPTS_H
#define HF_LWIPOPTS_H

/* ---- Threads ---- */

#define NO_SYS 0
#define LWIP_NETCONN 0
#define LWIP_SOCKET 0
/* Tasks call the raw API themselves while they hold the lock; its holder inherits the priority of who waits. */
#define LWIP_TCPIP_CORE_LOCKING 1
void network_assert_locked(void);
#define LWIP_ASSERT_CORE_LOCKED() network_assert_locked()
#define SYS_LIGHTWEIGHT_PROT 1
#define TCPIP_THREAD_NAME "tcpip"
#define TCPIP_THREAD_STACKSIZE 2048 /* bytes; the peak is a third of it (tests/network) */
#define TCPIP_THREAD_PRIO 6         /* above whoever uses the network; a flood is taken with rests (network.c) */
/* Only events of the driver come by the mailbox, at most one of each kind, and callers of tcpip_callback(). */
#define TCPIP_MBOX_SIZE 8

/* ---- Memory ---- */

#define MEM_ALIGNMENT 4
/* What is to be sent: a full send buffer of the largest segments with their headers, and what DHCP, DNS and ARP send meanwhile. */
#define MEM_SIZE (5 * 1600 + 1024)
/* What is received. Frames are handed on one by one and copied into the transport's ring, so this holds one frame, and what came
 * out of order; of that, lwIP gives back what it holds for other connections when there is no more. */
#define PBUF_POOL_SIZE 6
#define PBUF_POOL_BUFSIZE 1536
#define MEMP_NUM_PBUF 8
#define MEMP_NUM_TCP_PCB 4 /* two connections, and two that have yet to end */
#define MEMP_NUM_TCP_PCB_LISTEN 1
#define MEMP_NUM_TCP_SEG 20
#define MEMP_NUM_UDP_PCB 6       /* DHCP, SNTP, one for each question to a name server */
#define MEMP_NUM_TCPIP_MSG_API 4 /* the two events of the driver, and callers of tcpip_callback() */
#define MEMP_NUM_TCPIP_MSG_INPKT 1
#define MEMP_NUM_SYS_TIMEOUT (LWIP_NUM_SYS_TIMEOUT_INTERNAL + 3) /* SNTP two, our rest between bursts */
#define ARP_TABLE_SIZE 8

/* ---- What is spoken ---- */

#define LWIP_IPV4 1
#define LWIP_IPV6 0
#define LWIP_RAW 0
#define LWIP_DHCP 1
/* No probe for the address's other users before it is taken: seven seconds after every start, against a server's mistake. */
#define LWIP_DHCP_DOES_ACD_CHECK 0
#define LWIP_ACD 0
#define LWIP_AUTOIP 0
#define LWIP_DNS 1
#define DNS_MAX_SERVERS 2
#define DNS_TABLE_SIZE 4 /* an answer, and questions that nobody waits for any more */
#define DNS_MAX_NAME_LENGTH 128
#define LWIP_NETIF_HOSTNAME 1
#define LWIP_NETIF_STATUS_CALLBACK 1
#define LWIP_NETIF_LINK_CALLBACK 1
/* Nothing a device needs comes in fragments, and reassembly holds memory for whoever asks. */
#define IP_REASSEMBLY 0
#define IP_FRAG 0
#define ARP_QUEUEING 0
/* Answers echo, and tells strangers that a port is closed. */
#define LWIP_ICMP 1

/* ---- TCP ---- */

#define TCP_MSS 1460
/* Offered to the other side. Not more than the Ethernet device's FIFO holds (six frames on the emulated board): what it drops it
 * drops without telling, and TCP over such a hole is 100 times slower. */
#define TCP_WND (4 * TCP_MSS)
#define TCP_SND_BUF (4 * TCP_MSS)
#define TCP_SND_QUEUELEN 16
#define TCP_QUEUE_OOSEQ 1
#define TCP_OOSEQ_MAX_PBUFS 4
#define LWIP_TCP_TIMESTAMPS 0
#define TCP_LISTEN_BACKLOG 0
#define TCP_MAXRTX 8 /* given up after a minute and a half; MQTT's keep-alive notices earlier */
#define TCP_SYNMAXRTX 4
/* RFC 6528: network_random.c. */
#define LWIP_HOOK_TCP_ISN(local, local_port, remote, remote_port) \
  network_first_sequence_number((local)->addr, local_port, (remote)->addr, remote_port)
unsigned long network_first_sequence_number(unsigned long local, unsigned short local_port, unsigned long remote,
                                            unsigned short remote_port);

/* ---- Checksums: the device computes none. ---- */

#define LWIP_CHECKSUM_ON_COPY 1

/* ---- Time: a hint ---- */

/* The answer must come from the server's address and carry our transmit time, which is a random number: who does not see our
 * packets cannot answer them. Who sees them can; so it is never trusted alone. */
#define SNTP_CHECK_RESPONSE 2
#define SNTP_SERVER_DNS 1
#define SNTP_STARTUP_DELAY 0
#define SNTP_GET_SYSTEM_TIME_NTP(seconds, fraction) \
  do {                                              \
    (seconds) = (s32_t)network_random();            \
    (fraction) = network_random();                  \
  } while (0)
void network_take_time(unsigned long unix_seconds);
#define SNTP_SET_SYSTEM_TIME(seconds) network_take_time(seconds)

/* ---- Statistics: network_get_statistics() ---- */

#define LWIP_STATS 1
#define LWIP_STATS_LARGE 1
#define MEM_STATS 1
#define MEMP_STATS 1
#define SYS_STATS 0

#endif
