# hf_image(NAME n KIND loader|firmware KEY k PROGRAMS elf-targets... [OPTIONS ...]): n.img, signed by the holdfast
# command in the profile of this build: `production` refuses development keys. Made by the target `images`
# when the build is told how to sign:
#
#   cmake --preset an524-production -DHF_HOLDFAST=build/host/tools/holdfast -DHF_KEYS=~/keys -DHF_PRODUCT=lamp
#         -DHF_VERSION=1.0.0 -DHF_SECURITY_VERSION=1 -DHF_HARDWARE=1-3
#   cmake --build --preset an524-production --target images
#
# The keys are called `root` (signs loaders) and `firmware` unless HF_ROOT_KEY, HF_FIRMWARE_KEY say otherwise.
set(HF_HOLDFAST "" CACHE FILEPATH "The holdfast command; empty: images are not signed by the build")
set(HF_KEYS "" CACHE PATH "Folder of the signing keys")
set(HF_ROOT_KEY root CACHE STRING "Key that signs loaders")
set(HF_FIRMWARE_KEY firmware CACHE STRING "Key that signs firmware")
set(HF_PRODUCT "" CACHE STRING "Product id of the images")
set(HF_HARDWARE 1-1 CACHE STRING "Hardware revisions of the images, MIN-MAX")
set(HF_VERSION 1.0.0 CACHE STRING "Version of the images")
set(HF_SECURITY_VERSION 1 CACHE STRING "Security version of the images")

add_custom_target(images)

function(hf_image)
  cmake_parse_arguments(I "" "NAME;KIND;KEY" "PROGRAMS;OPTIONS" ${ARGN})
  if(NOT HF_HOLDFAST)
    return()
  endif()
  set(elves "")
  foreach(program IN LISTS I_PROGRAMS)
    list(APPEND elves $<TARGET_FILE:${program}>)
  endforeach()
  add_custom_target(${I_NAME}_image
    COMMAND ${HF_HOLDFAST} image sign --keys ${HF_KEYS} --profile ${HF_PROFILE} --kind ${I_KIND} --product ${HF_PRODUCT}
            --hardware ${HF_HARDWARE} --version ${HF_VERSION} --security-version ${HF_SECURITY_VERSION}
            --key ${I_KEY} ${I_OPTIONS} --output ${CMAKE_BINARY_DIR}/${I_NAME}.img ${elves}
    DEPENDS ${I_PROGRAMS} COMMENT "Signing ${I_NAME}.img" VERBATIM)
  add_dependencies(images ${I_NAME}_image)
endfunction()
