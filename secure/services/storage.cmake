# Files and tests of one service; included by secure/CMakeLists.txt.
target_sources(hf_secure_services PRIVATE
  services/epoch.c services/root_key.c services/seal.c services/storage.c services/storage_log.c)
if(HF_HOST)
  hf_unit_test(NAME storage_test AREA secure
    SOURCES services/storage_test.c LIBS hf_test_storage_rig)
  # libcrypto is the second implementation.
  hf_unit_test(NAME storage_attack_test AREA secure TIMEOUT 300
    SOURCES services/storage_attack_test.c LIBS hf_test_storage_rig crypto)
endif()
