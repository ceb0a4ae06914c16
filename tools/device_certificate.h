/* Which certificate is live that a device has. */
#ifndef HF_TOOLS_DEVICE_CERTIFICATE_H
#define HF_TOOLS_DEVICE_CERTIFICATE_H

#include "ca.h"
#include "twin.h"

/* Serial of the live certificate of the device; "" when it has none that this CA knows. An unfinished device may have one that was
 * not noted yet: its thing's, unless another device here has that. False: the CA cannot be read, and that was said. */
bool device_certificate(const char *name, const twin_identity *identity, char serial[CA_SERIAL_TEXT]) IO_MUST_CHECK;

/* Says that it is still valid, and how to revoke it; nothing when there is none. */
void device_certificate_remark(const char *serial);

#endif
