# Files and tests of one service; included by secure/CMakeLists.txt.
target_sources(hf_secure_services PRIVATE services/drbg_memory.c)
