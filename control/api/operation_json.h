#pragma once
// Operations as the administrators' API shows them. docs/reference/api.md has the members.

#include <functional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "core/base/result.h"
#include "operations/operation.h"

namespace muster::api {

/// Without what came of it.
nlohmann::json summary_json(const operations::Operation& operation);

/// The summary, its version, and who has not ended.
nlohmann::json progress_json(const operations::Operation& operation);

/// The summary and what came of it: nodes of which the same is to be said are one result.
/// `output`: the text of an output's name; one that is gone is left out.
nlohmann::json detail_json(const operations::Operation& operation,
                           const std::function<Result<std::string>(const std::string&)>& output);

}  // namespace muster::api
