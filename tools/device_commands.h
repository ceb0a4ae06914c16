/* holdfast device ..., holdfast otp ..., holdfast key revoke; each takes the words after its name and
 * returns the exit code. */
#ifndef HF_TOOLS_DEVICE_COMMANDS_H
#define HF_TOOLS_DEVICE_COMMANDS_H

int device_new_command(int argc, char **argv);
int device_install_command(int argc, char **argv);
int device_run_command(int argc, char **argv);
int device_list_command(int argc, char **argv);
int device_info_command(int argc, char **argv);
int device_remove_command(int argc, char **argv);
int device_retire_command(int argc, char **argv);
int device_recover_command(int argc, char **argv);
int otp_show_command(int argc, char **argv);
int key_revoke_command(int argc, char **argv);

#endif
