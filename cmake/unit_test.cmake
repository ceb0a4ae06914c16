# hf_unit_test(NAME n AREA a SOURCES ... LIBS ...): a cmocka program that CTest runs under the
# label of its area. Unit tests run in the sanitized host build (preset host-sanitized), so that
# every one of them is under ASan and UBSan; the plain host build has the tools and system tests.
# hf_host_test(...), same arguments, ARGS for the command line: for what is too much work under a
# sanitizer (exhaustive sweeps), in the plain host build; any program, cmocka or not.
option(HF_SANITIZE "Build everything with ASan and UBSan" OFF)
if(HF_SANITIZE)
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined)
endif()

function(hf_unit_test)
  cmake_parse_arguments(T "" "NAME;AREA;TIMEOUT" "SOURCES;LIBS" ${ARGN})
  if(NOT HF_SANITIZE)
    return()
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  add_executable(${T_NAME} ${T_SOURCES})
  target_link_libraries(${T_NAME} PRIVATE ${T_LIBS} cmocka hf_warnings)
  add_test(NAME ${T_AREA}.${T_NAME} COMMAND ${T_NAME})
  set_tests_properties(${T_AREA}.${T_NAME} PROPERTIES LABELS ${T_AREA} TIMEOUT ${T_TIMEOUT})
endfunction()

function(hf_host_test)
  cmake_parse_arguments(T "" "NAME;AREA;TIMEOUT" "SOURCES;LIBS;ARGS" ${ARGN})
  if(HF_SANITIZE)
    return()
  endif()
  if(NOT T_TIMEOUT)
    set(T_TIMEOUT 120)
  endif()
  add_executable(${T_NAME} ${T_SOURCES})
  target_link_libraries(${T_NAME} PRIVATE ${T_LIBS} cmocka hf_warnings)
  add_test(NAME ${T_AREA}.${T_NAME} COMMAND ${T_NAME} ${T_ARGS})
  set_tests_properties(${T_AREA}.${T_NAME} PROPERTIES LABELS ${T_AREA} TIMEOUT ${T_TIMEOUT})
endfunction()
