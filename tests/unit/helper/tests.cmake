muster_tests(unit/helper unit USES helper)
target_link_libraries(unit_helper PRIVATE nss_mustertest)
