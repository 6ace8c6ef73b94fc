#pragma once
// The administrators' API as an OpenAPI document (https://spec.openapis.org/oas/v3.1.0), for
// programs that make clients, documents and tests of one.

#include <span>

#include <nlohmann/json_fwd.hpp>

#include "control/api/api.h"

namespace muster::api {

/// Pure. The role that a page needs is its member "x-muster-role": OpenAPI knows no sockets with
/// groups.
nlohmann::json describe_api(std::span<const Api::Route> routes);

}  // namespace muster::api
