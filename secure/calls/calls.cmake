# Files and tests of what lies between gate and services, and of the factory's firmware code; included by secure/CMakeLists.txt.
target_sources(hf_secure_services PRIVATE calls/serve.c services/device_service.c services/identity.c)
target_include_directories(hf_secure_services PUBLIC calls)

if(HF_HOST)
  # All services are the test's: of the library only serve.c is linked.
  hf_unit_test(NAME serve_test AREA secure SOURCES calls/serve_test.c LIBS hf_secure_services)
  hf_unit_test(NAME identity_test AREA secure SOURCES services/identity_test.c LIBS hf_secure_services hf_board crypto)
  hf_unit_test(NAME device_service_test AREA secure SOURCES services/device_service_test.c LIBS hf_secure_services hf_board)

  # tools/recovery_frame.c is the second implementation of frames.
  set(host_frames ${PROJECT_SOURCE_DIR}/tools/recovery_frame.c)
  hf_unit_test(NAME framing_test AREA secure SOURCES ${PROJECT_SOURCE_DIR}/boot/common/framing_test.c ${host_frames}
               LIBS hf_boot_update)
  hf_unit_test(NAME factory_test AREA secure SOURCES firmware/factory_test.c ${host_frames}
               LIBS hf_secure_services hf_board crypto)
  foreach(test framing_test factory_test)
    if(TARGET ${test})
      target_include_directories(${test} PRIVATE ${PROJECT_SOURCE_DIR}/tools)
    endif()
  endforeach()

  # libFuzzer comes with clang; the run here is short and always the same.
  if(HF_SANITIZE AND CMAKE_C_COMPILER_ID STREQUAL "Clang")
    add_executable(factory_fuzz firmware/factory_fuzz.c ${PROJECT_SOURCE_DIR}/boot/common/framing.c)
    target_compile_options(factory_fuzz PRIVATE -fsanitize=fuzzer)
    target_link_options(factory_fuzz PRIVATE -fsanitize=fuzzer)
    target_link_libraries(factory_fuzz PRIVATE hf_secure_services hf_board cmocka hf_warnings)
    add_test(NAME secure.factory_fuzz COMMAND factory_fuzz -runs=20000 -seed=1 -max_len=4096 -print_final_stats=1)
    set_tests_properties(secure.factory_fuzz PROPERTIES LABELS secure TIMEOUT 120)
  endif()

  # A board's file that needs no board.
  hf_unit_test(NAME crash_test AREA secure SOURCES ${PROJECT_SOURCE_DIR}/boards/an524/crash_test.c)
  if(TARGET crash_test)
    target_include_directories(crash_test PRIVATE ${PROJECT_SOURCE_DIR}/boards/port)
  endif()
endif()
