muster_tests(unit/cli unit USES base os cli11)
target_sources(unit_cli PRIVATE "${PROJECT_SOURCE_DIR}/apps/muster/node_table.cpp"
  "${PROJECT_SOURCE_DIR}/apps/muster/node_list_file.cpp" "${PROJECT_SOURCE_DIR}/apps/muster/node_progress.cpp" "${PROJECT_SOURCE_DIR}/apps/muster/parse_errors.cpp" "${PROJECT_SOURCE_DIR}/apps/muster/node_story.cpp" "${PROJECT_SOURCE_DIR}/apps/muster/verbs.cpp"
  "${PROJECT_SOURCE_DIR}/apps/muster/client.cpp" "${PROJECT_SOURCE_DIR}/apps/muster/commands.cpp")
