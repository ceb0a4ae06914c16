#include "device_label.h"

#include <stdlib.h>
#include <string.h>

#include "cli.h"
#include "otp_map.h"
#include "output.h"
#include "twin.h"

static void read_label(device_label *label)
{
  twin t;
  otp_fuses fuses;
  if (!twin_open(label->name, TWIN_LOOK, &t)) return;
  memcpy(&fuses, t.otp + OTP_FUSES_OFFSET, sizeof fuses);
  memcpy(label->serial, fuses.serial, sizeof fuses.serial);
  memcpy(label->certificate, t.identity.certificate, sizeof label->certificate);
  twin_close(&t);
}

bool device_labels_read(device_labels *out)
{
  *out = (device_labels){0};
  if (!io_list(cli_devices_directory(), "", &out->names)) return false;
  if (out->names.count == 0) return true;
  out->labels = calloc(out->names.count, sizeof *out->labels);
  if (out->labels == NULL) {
    out_error("out of memory");
    return false;
  }
  for (size_t i = 0; i < out->names.count; i++) {
    out->labels[i].name = out->names.names[i];
    read_label(&out->labels[i]);
  }
  return true;
}

const device_label *device_labels_find(const device_labels *labels, const char *certificate)
{
  for (size_t i = 0; labels->labels != NULL && i < labels->names.count; i++)
    if (strcmp(labels->labels[i].certificate, certificate) == 0) return &labels->labels[i];
  return NULL;
}

void device_labels_free(device_labels *labels)
{
  io_names_free(&labels->names);
  free(labels->labels);
  *labels = (device_labels){0};
}
