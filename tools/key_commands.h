/* holdfast key ...; each takes the words after its name and returns the exit code. */
#ifndef HF_TOOLS_KEY_COMMANDS_H
#define HF_TOOLS_KEY_COMMANDS_H

int key_new_command(int argc, char **argv);
int key_show_command(int argc, char **argv);
int key_hash_command(int argc, char **argv);
int key_list_command(int argc, char **argv);
int key_sign_command(int argc, char **argv);

#endif
