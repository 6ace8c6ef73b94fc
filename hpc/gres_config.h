#pragma once
// Slurm's generic resources as text: which graphics and compute cards a node has for jobs
// (gres.conf(5), Slurm 24.11). slurmd opens each file that is named here as root, so what a line
// may say is checked as strictly by root's helper as it is written.

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hpc/slurm_config.h"

namespace muster::hpc {

/// Errors: a type that is none; a file that is no accelerator's; the same file twice.
Status validate_gpus(std::span<const Gpu> gpus);

/// What a NodeName line of slurm.conf says of the cards: " Gres=gpu:a100:4,gpu:l40s:1"; empty
/// without cards.
std::string render_gres(std::span<const Gpu> gpus);

/// gres.conf for nodes that validate_gpus accepts, in the order of counts_before. The same nodes
/// give the same text.
std::string render_gres_conf(std::span<const NodeHardware> nodes);

/// Whether a word is what render_gres writes behind its blank.
bool is_gres_word(std::string_view word);

/// Whether a line of gres.conf is one that depends on nodes: their names, a type, and device files
/// of accelerators, exactly as render_gres_conf writes it.
bool is_line_about_gpus(std::string_view line);

}  // namespace muster::hpc
