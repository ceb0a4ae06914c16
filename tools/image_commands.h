/* holdfast image ...; each takes the words after its name and returns the exit code. */
#ifndef HF_TOOLS_IMAGE_COMMANDS_H
#define HF_TOOLS_IMAGE_COMMANDS_H

int image_sign_command(int argc, char **argv);
int image_digest_command(int argc, char **argv);
int image_attach_command(int argc, char **argv);
int image_verify_command(int argc, char **argv);
int image_info_command(int argc, char **argv);

#endif
