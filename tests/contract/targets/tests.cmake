muster_tests(contract/targets contract USES apply plan os)
target_sources(contract_targets PRIVATE "${CMAKE_CURRENT_LIST_DIR}/debian.cpp" "${CMAKE_CURRENT_LIST_DIR}/systems.cpp")
