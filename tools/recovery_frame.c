/* no code: see header */
typedef int recovery_frame_placeholder;
