# A source of users and groups that fails as a test wants it: glibc knows the library by this name (nss(5)).
add_library(nss_mustertest SHARED "${CMAKE_CURRENT_SOURCE_DIR}/nss/name_source.cpp")
set_target_properties(nss_mustertest PROPERTIES SOVERSION 2)
target_include_directories(nss_mustertest PUBLIC "${PROJECT_SOURCE_DIR}")
target_link_libraries(nss_mustertest PRIVATE muster_warnings)
