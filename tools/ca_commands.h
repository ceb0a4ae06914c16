/* The commands of the group `ca`. argv: the words after the command's name. */
#ifndef HF_TOOLS_CA_COMMANDS_H
#define HF_TOOLS_CA_COMMANDS_H

int ca_new_command(int argc, char **argv);
int ca_show_command(int argc, char **argv);
int ca_list_command(int argc, char **argv);
int ca_revoke_command(int argc, char **argv);

/* What `ca revoke` does: word is a thing name or a serial. Exit code. */
int ca_revoke_now(const char *word);

#endif
