# Files and tests of one service; included by secure/CMakeLists.txt.
target_sources(hf_secure_services PRIVATE services/csr.c services/keys.c services/p256_private.c)

if(HF_HOST)
  hf_unit_test(NAME p256_private_test AREA secure SOURCES services/p256_private_test.c
               LIBS hf_secure_services hf_board crypto)
  if(TARGET p256_private_test)
    target_link_options(p256_private_test PRIVATE -Wl,--wrap=p256_gen_keypair)
  endif()
  hf_unit_test(NAME keys_test AREA secure SOURCES services/keys_test.c LIBS hf_secure_services hf_board crypto)
  hf_unit_test(NAME csr_test AREA secure SOURCES services/csr_test.c LIBS hf_secure_services hf_board crypto)
endif()
