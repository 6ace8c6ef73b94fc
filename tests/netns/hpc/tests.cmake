muster_tests(netns/hpc netns USES hpc)
target_sources(netns_hpc PRIVATE "${CMAKE_CURRENT_LIST_DIR}/machines.cpp")
