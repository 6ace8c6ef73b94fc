#pragma once
// What execvpe(3) is given: shared by the programs we wait for (command.h) and those that live on
// (process.h).

#include <map>
#include <string>
#include <vector>

namespace muster::os {

/// "NAME=value" of a clean environment (PATH, LANG, HOME) with `added` on top.
std::vector<std::string> clean_environment(const std::map<std::string, std::string>& added);

/// The error number of exec that a child wrote to `report` before it ended; 0 when the program
/// started and closed it. The parent's own end for writing must be closed.
int read_start_error(int report);

/// Pointers to the texts and a null at the end. Owns: nothing; `texts` must outlive the result.
std::vector<char*> pointers(std::vector<std::string>& texts);

}  // namespace muster::os
