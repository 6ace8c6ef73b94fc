muster_tests(contract/machines contract USES agent)
target_sources(contract_machines PRIVATE "${PROJECT_SOURCE_DIR}/tests/machines/machine_tree.cpp")
