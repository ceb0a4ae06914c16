# Files and tests of one service; included by secure/CMakeLists.txt.
target_sources(hf_secure_services PRIVATE services/drbg_memory.c services/health.c services/random.c)
# mbedTLS takes its memory from drbg_memory.c: each library needs the other.
target_link_libraries(hf_mbedtls_secure INTERFACE $<LINK_ONLY:hf_secure_services>)

if(HF_HOST)
  hf_unit_test(NAME health_test AREA secure SOURCES services/health_test.c LIBS hf_secure_services m)
  # libcrypto is the second opinion; NIST's vectors come with mbedTLS.
  hf_unit_test(NAME random_test AREA secure SOURCES services/random_test.c LIBS hf_secure_services hf_board crypto)
  hf_unit_test(NAME drbg_vectors_test AREA secure SOURCES services/drbg_vectors_test.c LIBS hf_secure_services)
  if(TARGET drbg_vectors_test)
    target_compile_definitions(drbg_vectors_test PRIVATE
      DRBG_VECTORS="${PROJECT_SOURCE_DIR}/deps/src/mbedtls/tests/suites/test_suite_hmac_drbg.")
  endif()
endif()
