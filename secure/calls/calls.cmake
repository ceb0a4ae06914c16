# Files and tests of what lies between gate and services; included by secure/CMakeLists.txt.
target_sources(hf_secure_services PRIVATE calls/serve.c services/device_service.c services/identity.c)
target_include_directories(hf_secure_services PUBLIC calls)
