find_package(rapidcheck REQUIRED)
muster_tests(contract/checkers contract USES apply plans provisioning hpc iso spec os)
target_sources(contract_checkers PRIVATE "${CMAKE_CURRENT_LIST_DIR}/any_cluster.cpp")
target_link_libraries(contract_checkers PRIVATE rapidcheck)
