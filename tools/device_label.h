/* Which device here has which certificate: for lists of certificates. */
#ifndef HF_TOOLS_DEVICE_LABEL_H
#define HF_TOOLS_DEVICE_LABEL_H

#include "io.h"

typedef struct device_label {
  const char *name;     /* the labels' */
  char serial[25];      /* number in its OTP, as text */
  char certificate[33]; /* serial of the device certificate; "": none */
} device_label;

typedef struct device_labels {
  io_names names;
  device_label *labels; /* names.count of them */
} device_labels;

/* A device that cannot be read has no certificate in the labels, and why was said; that is no failure. False: out of memory,
 * or the directory cannot be read. Free the labels in any case. */
bool device_labels_read(device_labels *out) IO_MUST_CHECK;
/* Null: no device here has it. */
const device_label *device_labels_find(const device_labels *labels, const char *certificate);
void device_labels_free(device_labels *labels);

#endif
