# The head's daemons as machines on the wire meet them. Without root or a program that it needs the
# status for something missing counts as skipped.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME netns.head
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/netns/head/run.py"
          --musterd $<TARGET_FILE:musterd> --muster $<TARGET_FILE:muster>
          --agent $<TARGET_FILE:muster-agent>)
set_tests_properties(netns.head PROPERTIES
  LABELS netns TIMEOUT 600 SKIP_RETURN_CODE 3)
