# Style that a program can check.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
foreach(check format rooms doors pages length names width words)
  add_test(NAME lint.${check}
    COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/lint/lint.py" ${check} "${PROJECT_SOURCE_DIR}")
  set_tests_properties(lint.${check} PROPERTIES LABELS lint TIMEOUT 120)
endforeach()

# The checks themselves, on trees that breach them.
add_test(NAME lint.itself
  COMMAND Python3::Interpreter "${CMAKE_CURRENT_SOURCE_DIR}/lint/lint_test.py")
set_tests_properties(lint.itself PROPERTIES LABELS lint TIMEOUT 60)

# The Python package of extensions, as strictly as mypy can.
add_test(NAME lint.mypy
  COMMAND mypy --cache-dir "${PROJECT_BINARY_DIR}/mypy"
  WORKING_DIRECTORY "${PROJECT_SOURCE_DIR}/sdk/python")
set_tests_properties(lint.mypy PROPERTIES LABELS lint TIMEOUT 120)
