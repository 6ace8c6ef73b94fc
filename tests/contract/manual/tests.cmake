# The manual pages against the program and against groff.
if(TARGET muster)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  foreach(check same readable)
    add_test(NAME manual.${check}
      COMMAND Python3::Interpreter "${CMAKE_CURRENT_LIST_DIR}/manual.py" ${check}
              "$<TARGET_FILE:muster>" "${PROJECT_SOURCE_DIR}")
    set_tests_properties(manual.${check} PROPERTIES LABELS contract TIMEOUT 120)
  endforeach()
endif()
