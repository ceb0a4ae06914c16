# The unit tests of boot code, over the rig (tests/support).
hf_unit_test(NAME verify_test AREA boot SOURCES common/verify_test.c LIBS hf_test_rig)
hf_unit_test(NAME crc32_test AREA boot SOURCES common/crc32_test.c LIBS hf_boot_update)
hf_unit_test(NAME journal_test AREA boot SOURCES common/journal_test.c LIBS hf_test_rig)
hf_unit_test(NAME counter_test AREA boot SOURCES common/counter_test.c LIBS hf_test_rig)
hf_unit_test(NAME update_test AREA boot SOURCES common/update_test.c LIBS hf_test_rig)
hf_unit_test(NAME rom_test AREA boot SOURCES rom/rom_test.c LIBS hf_test_rig)
hf_unit_test(NAME loader_test AREA boot SOURCES loader/loader_test.c LIBS hf_test_rig)
hf_unit_test(NAME recovery_test AREA boot SOURCES loader/recovery_test.c LIBS hf_test_rig)

# verify.c with require() asking the test: is this step skipped, is this status noticed? The test counts the
# steps, so it fails when a change of verify.c makes these two replacements miss.
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/common/verify.c)
file(READ common/verify.c text)
string(REGEX REPLACE "(boot_status require\\([^)]*\\)\n{\n)" "\\1  if (verify_skips_step()) return BOOT_OK;\n" text "${text}")
string(REPLACE "return launder(violation) == 0 ? BOOT_OK : why;"
  "return verify_skips_status(launder(violation) == 0 ? BOOT_OK : why);" text "${text}")
file(CONFIGURE OUTPUT verify_with_skips.c CONTENT "#include \"verify_skips.h\"\n@text@" @ONLY)
hf_unit_test(NAME verify_lock_test AREA boot
  SOURCES common/verify_lock_test.c ${CMAKE_CURRENT_BINARY_DIR}/verify_with_skips.c LIBS hf_test_rig)

hf_host_test(NAME verify_exhaustive_test AREA boot TIMEOUT 300
  SOURCES common/verify_exhaustive_test.c LIBS hf_test_rig ARGS loader)
if(TARGET verify_exhaustive_test)
  add_test(NAME boot.verify_exhaustive_test_firmware COMMAND verify_exhaustive_test firmware)
  set_tests_properties(boot.verify_exhaustive_test_firmware PROPERTIES LABELS boot TIMEOUT 300)
endif()
