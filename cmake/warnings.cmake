# One list for every target of ours: warnings are errors with gcc and clang alike.
add_library(hf_warnings INTERFACE)
target_compile_options(hf_warnings INTERFACE
  -Wall -Wextra -Werror -Wconversion -Wsign-conversion -Wshadow -Wstrict-prototypes -Wmissing-prototypes
  -Wcast-qual -Wcast-align -Wundef -Wvla -Wformat=2 -Wwrite-strings -Wpointer-arith -Wswitch-enum
  -Wdate-time) # a time of day in the code would make every build differ
