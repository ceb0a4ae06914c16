#include "device_certificate.h"

#include <string.h>

#include "device_label.h"
#include "output.h"

static bool is_anothers(const char *name, const char *serial, bool *anothers)
{
  device_labels labels;
  bool read = device_labels_read(&labels);
  const device_label *holder = read ? device_labels_find(&labels, serial) : NULL;
  *anothers = holder != NULL && strcmp(holder->name, name) != 0;
  device_labels_free(&labels);
  return read;
}

static bool find(const ca *c, const twin_identity *identity, ca_record *record, bool *found)
{
  if (identity->certificate[0] == 0) return ca_find(c, identity->thing, record, found);
  return ca_find_serial(c, identity->certificate, record, found);
}

bool device_certificate(const char *name, const twin_identity *identity, char serial[CA_SERIAL_TEXT])
{
  ca c;
  ca_record record;
  bool found, anothers = false;
  serial[0] = 0;
  if (!identity->given) return true;
  ca_presence presence = ca_look_for(CA_DEVICE);
  if (presence != CA_THERE) return presence == CA_ABSENT;
  if (!ca_open(CA_DEVICE, CA_LOOK, 0, &c)) return false;
  bool looked = find(&c, identity, &record, &found);
  if (looked && found && !record.revoked) memcpy(serial, record.serial, CA_SERIAL_TEXT);
  ca_record_free(&record);
  ca_close(&c);
  if (serial[0] != 0 && identity->certificate[0] == 0) looked = is_anothers(name, serial, &anothers);
  if (anothers) serial[0] = 0;
  return looked;
}

void device_certificate_remark(const char *serial)
{
  if (serial[0] == 0) return;
  out_text("certificate_serial", "Certificate", "%s", serial);
  out_line("That certificate is still valid. Revoke it with: holdfast ca revoke %s", serial);
}
