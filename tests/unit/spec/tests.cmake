find_package(rapidcheck REQUIRED)
muster_tests(unit/spec unit USES spec os)
target_link_libraries(unit_spec PRIVATE rapidcheck)
