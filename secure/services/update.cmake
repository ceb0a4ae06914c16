# Files and tests of one service; included by secure/CMakeLists.txt.
target_sources(hf_secure_services PRIVATE services/update_control.c services/update_control_staging.c)
if(HF_HOST)
  hf_unit_test(NAME update_control_test AREA secure
    SOURCES services/update_control_test.c LIBS hf_secure_services hf_test_update_device)
endif()
