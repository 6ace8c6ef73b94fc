# The real daemon, killed under load. Its part of 'make soak' is longer.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME musterd.kill
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/kill.py" --musterd $<TARGET_FILE:musterd> --kills 200)
set_tests_properties(musterd.kill PROPERTIES LABELS netns TIMEOUT 300)

# The power of its disk is cut, on a disk that was recorded.
add_test(NAME musterd.power
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/power.py" --musterd $<TARGET_FILE:musterd>)
set_tests_properties(musterd.power PROPERTIES LABELS netns TIMEOUT 120 SKIP_RETURN_CODE 3)
