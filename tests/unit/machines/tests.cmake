muster_tests(unit/machines unit USES agent)
target_sources(unit_machines PRIVATE "${PROJECT_SOURCE_DIR}/tests/machines/machine_tree.cpp")
