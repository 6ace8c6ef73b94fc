"""All scenarios of the system tests, and where each runs."""

from places import Group, NativeGroup
from scenarios import access, chaos, clocks, extensions, faults, firmware, first_job, images, operations, profiles, shipped, site, upkeep, wire

NODES = 2


def with_nodes(body, count=NODES):
    """A scenario that needs to know the number of nodes."""
    return lambda lab, product: body(lab, product, count)


def groups():
    """All labs with their scenarios, in the order in which they begin: what takes longest comes first."""
    job = {"nodes_ready": with_nodes(first_job.nodes_are_ready),
           "names_resolve": with_nodes(first_job.names_resolve),
           "mpi_job": with_nodes(first_job.mpi_job_runs)}
    bios = {**job,
            "head_power_cut": with_nodes(faults.head_power_cut),
            "state_disk": with_nodes(faults.power_cut_with_state_disk)}
    native = {**job,
              "own_program": with_nodes(first_job.user_runs_own_program),
              "stranger": with_nodes(first_job.stranger_learns_nothing),
              "switch_port": with_nodes(wire.switch_port_is_known),
              "returns_to_work": with_nodes(wire.node_returns_to_work),
              "refused_certificate": with_nodes(wire.refused_certificate),
              "pulled_mid_image": faults.node_pulled_mid_image,
              "corrupted_image": faults.corrupted_image,
              "second_dhcp_server": faults.second_dhcp_server,
              "root_reaches_nodes": with_nodes(access.root_reaches_nodes),
              "root_of_a_node_reaches_no_other": access.root_of_a_node_reaches_no_other,
              "drained_node_is_told": upkeep.drained_node_is_told,
              "upgrade_loses_no_node": with_nodes(upkeep.upgrade_loses_no_node),
              "lease_ends": wire.lease_ends,
              "hung_daemon": upkeep.hung_daemon_is_started_again,
              "time_zone_follows": with_nodes(upkeep.time_zone_follows),
              "commands": with_nodes(operations.commands_run_on_nodes),
              "rolling_restart": with_nodes(operations.nodes_restart_one_after_another),
              "another_image": with_nodes(images.nodes_take_another_image_and_go_back),
              "extension_comes_and_goes": with_nodes(extensions.comes_and_goes),
              "extension_serves": with_nodes(extensions.serves),
              "extension_from_iso": with_nodes(extensions.comes_with_the_iso),
              "volume_of_a_profile": with_nodes(profiles.nodes_of_a_profile_mount_its_volumes),
              "cable_out": faults.cable_out}
    at_a_site = {"changes_are_put_right": upkeep.changes_are_put_right,
                 "site_is_found": site.site_is_found, "nodes_reach_the_site": site.nodes_reach_the_site,
                 "site_sees_little": site.site_sees_little}
    secure = {**job, "secure_boot_on": with_nodes(first_job.secure_boot_was_on),
              "site_is_found": site.site_is_found, "nodes_reach_the_site": site.nodes_reach_the_site,
              "site_sees_little": site.site_sees_little,
              "user_reaches_the_nodes_of_a_job": with_nodes(access.user_reaches_the_nodes_of_a_job),
              "file_systems_below_home_are_shared": upkeep.file_systems_below_home_are_shared,
              "volume_comes_and_goes": with_nodes(upkeep.volume_comes_and_goes)}
    head_only = {"head_ready": lambda lab, product: product.wait_until_ready(),
                 "console_tells_how_to_log_in": first_job.console_tells_how_to_log_in}
    return [Group("bios", {"nodes": NODES, "head_disk": "2GiB"}, bios, seconds=525),
            Group("secureboot", {"nodes": NODES, "firmware": "secureboot", "site": True}, secure, seconds=555),
            # With Secure Boot off only the firmware's part is another; jobs have run in the groups before. A card as
            # servers have it.
            Group("uefi", {"nodes": 1, "firmware": "uefi", "card": "e1000e", "node_boot": "http"},
                  {"node_boots_by_http": firmware.node_boots_by_http}, seconds=140),
            Group("usb-bios", {"nodes": 0, "medium": "usb", "wait": "head"},
                  {**head_only, "words_as_typed": first_job.words_reach_a_machine_as_typed,
                   "head_is_watched": upkeep.head_is_watched}, seconds=80),
            Group("usb-secureboot", {"nodes": 0, "medium": "usb", "wait": "head", "firmware": "secureboot"},
                  {**head_only, "head_is_locked_down": first_job.head_is_locked_down}, seconds=80),
            Group("changed-grub", {"nodes": 0, "wait": "none", "firmware": "secureboot"},
                  {"changed_grub_is_refused": firmware.changed_grub_is_refused}, seconds=15,
                  change=firmware.changed_grub),
            NativeGroup("native", {"nodes": NODES}, native, seconds=35,
                        longer={"returns_to_work": 90, "lease_ends": 175, "refused_certificate": 65, "pulled_mid_image": 110,
                                "corrupted_image": 70, "upgrade_loses_no_node": 135, "commands": 55,
                                "rolling_restart": 85, "another_image": 90, "extension_comes_and_goes": 60, "volume_of_a_profile": 75}),
            NativeGroup("native-site", {"nodes": NODES, "site": True}, at_a_site, seconds=40,
                        longer={"changes_are_put_right": 270}),
            NativeGroup("shipped", {"nodes": NODES}, {"monitoring": with_nodes(shipped.monitoring),
                                                       "accounting": with_nodes(shipped.accounting),
                                                       "mpi_bench": with_nodes(shipped.mpi_bench),
                                                       "openshmem": with_nodes(shipped.openshmem)}, seconds=45,
                        longer={"monitoring": 270, "accounting": 120}, iso="shipped-amd64.iso"),
            # Each part of these two is in a group above: UEFI's PXE with Secure Boot on, a stick in UEFI's place too. Where
            # time is short, they are what is left out.
            Group("uefi-pxe", {"nodes": 1, "firmware": "uefi", "card": "e1000e"},
                  {"nodes_ready": with_nodes(first_job.nodes_are_ready, 1)}, seconds=150),
            Group("usb-uefi", {"nodes": 0, "medium": "usb", "wait": "head", "firmware": "uefi"},
                  head_only, seconds=80),
            NativeGroup("chaos", {"nodes": 3}, {"comes_back_from_faults": with_nodes(chaos.comes_back_from_faults, 3)},
                        seconds=1800, soaks=True),
            Group("igb", {"nodes": 0, "wait": "head", "card": "igb"}, head_only, seconds=80, soaks=True),
            Group("vmxnet3", {"nodes": 0, "wait": "head", "card": "vmxnet3"}, head_only, seconds=80, soaks=True),
            Group("starts", {"nodes": 0, "wait": "head", "head_disk": "2GiB"},
                  {"head_killed_while_it_starts": faults.head_killed_while_it_starts}, seconds=1200,
                  soaks=True),
            Group("clocks", {"nodes": 1, "site": True, "head_disk": "2GiB"},
                  {"decision_is_remembered": with_nodes(clocks.decision_is_remembered, 1),
                   "clock_ahead_and_back": with_nodes(clocks.clock_ahead_and_back, 1)}, seconds=600,
                  soaks=True)]
