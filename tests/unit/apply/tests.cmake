muster_tests(unit/apply unit USES apply plan os)
target_link_libraries(unit_apply PRIVATE nss_mustertest)
