#include "device_commands.h"
#include "output.h"
int device_recover_command(int argc, char **argv) { (void)argc; (void)argv; return out_refuse("not yet"); }
