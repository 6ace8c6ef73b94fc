# Each harness NAME.cpp defines LLVMFuzzerTestOneInput. With GCC it is linked with replay_main.cpp, which
# feeds it corpus/NAME and seeded mutations of it, as an ordinary test. With clang and
# -DMUSTER_LIBFUZZER=ON there is a program NAME_libfuzzer as well, for hours of search.
option(MUSTER_LIBFUZZER "build libFuzzer programs (clang only)" OFF)

# muster_fuzz(NAME MUTATIONS count USES room…)
function(muster_fuzz name)
  cmake_parse_arguments(FUZZ "" "MUTATIONS" "USES" ${ARGN})
  set(folder "${PROJECT_SOURCE_DIR}/tests/fuzz")
  list(TRANSFORM FUZZ_USES PREPEND muster_ OUTPUT_VARIABLE rooms)
  add_executable(fuzz_${name} "${folder}/${name}.cpp" "${folder}/replay_main.cpp")
  target_include_directories(fuzz_${name} PRIVATE "${PROJECT_SOURCE_DIR}")
  target_link_libraries(fuzz_${name} PRIVATE muster_warnings ${rooms})
  add_test(NAME fuzz.${name} COMMAND fuzz_${name} "${folder}/corpus/${name}" ${FUZZ_MUTATIONS})
  set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 300)
  if(MUSTER_LIBFUZZER)
    add_executable(${name}_libfuzzer "${folder}/${name}.cpp")
    target_include_directories(${name}_libfuzzer PRIVATE "${PROJECT_SOURCE_DIR}")
    target_link_libraries(${name}_libfuzzer PRIVATE muster_warnings ${rooms} -fsanitize=fuzzer)
  endif()
endfunction()

muster_fuzz(cluster_yaml MUTATIONS 1000 USES spec base)
muster_fuzz(node_set MUTATIONS 100 USES base)
