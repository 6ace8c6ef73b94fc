muster_tests(unit/os unit USES os server)
target_link_libraries(unit_os PRIVATE nss_mustertest)
