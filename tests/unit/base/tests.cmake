find_package(rapidcheck REQUIRED)
muster_tests(unit/base unit USES base)
target_link_libraries(unit_base PRIVATE rapidcheck)
