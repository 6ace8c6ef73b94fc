muster_tests(netns/site netns USES helper hpc)
target_sources(netns_site PRIVATE "${CMAKE_CURRENT_LIST_DIR}/../hpc/machines.cpp")
