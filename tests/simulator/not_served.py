# Copyright (c) 2026 rekey.oci contributors
# GNU General Public License v3.0 or later (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operations of the services that the simulator does not serve: it says so, by their names."""

from __future__ import annotations

import re

from .messages import Request

#: A method, a path, a name.
_TABLE = """
POST /n/{}/b/{}/actions/batchDeleteObjects BatchDeleteObjects
POST /n/{}/b/{}/p CreatePreauthenticatedRequest
POST /n/{}/pe CreatePrivateEndpoint
POST /n/{}/b/{}/replicationPolicies CreateReplicationPolicy
POST /n/{}/b/{}/retentionRules CreateRetentionRule
DELETE /n/{}/b/{}/l DeleteObjectLifecyclePolicy
DELETE /n/{}/b/{}/p/{} DeletePreauthenticatedRequest
DELETE /n/{}/pe/{} DeletePrivateEndpoint
DELETE /n/{}/b/{}/replicationPolicies/{} DeleteReplicationPolicy
DELETE /n/{}/b/{}/retentionRules/{} DeleteRetentionRule
GET /n/{} GetNamespaceMetadata
GET /n/{}/b/{}/l GetObjectLifecyclePolicy
GET /n/{}/b/{}/p/{} GetPreauthenticatedRequest
GET /n/{}/pe/{} GetPrivateEndpoint
GET /n/{}/b/{}/replicationPolicies/{} GetReplicationPolicy
GET /n/{}/b/{}/retentionRules/{} GetRetentionRule
GET /n/{}/b/{}/p ListPreauthenticatedRequests
GET /n/{}/pe ListPrivateEndpoints
GET /n/{}/b/{}/replicationPolicies ListReplicationPolicies
GET /n/{}/b/{}/replicationSources ListReplicationSources
GET /n/{}/b/{}/retentionRules ListRetentionRules
PUT /n/{}/b/{}/l PutObjectLifecyclePolicy
POST /n/{}/b/{}/actions/restoreObjects RestoreObjects
PUT /n/{} UpdateNamespaceMetadata
POST /n/{}/b/{}/actions/updateObjectStorageTier UpdateObjectStorageTier
POST /n/{}/pe/{} UpdatePrivateEndpoint
PUT /n/{}/b/{}/retentionRules/{} UpdateRetentionRule
POST /20180608/keys/{}/actions/backup BackupKey
POST /20180608/vaults/{}/actions/backup BackupVault
POST /20180608/keys/{}/keyVersions/{}/actions/cancelDeletion CancelKeyVersionDeletion
POST /20180608/vaults/{}/actions/cancelDeletion CancelVaultDeletion
POST /20180608/keys/{}/actions/changeCompartment ChangeKeyCompartment
POST /20180608/vaults/{}/actions/changeCompartment ChangeVaultCompartment
POST /20180608/keys CreateKey
POST /20180608/vaults CreateVault
POST /20180608/vaults/{}/actions/createReplica CreateVaultReplica
POST /20180608/vaults/{}/actions/deleteReplica DeleteVaultReplica
GET /20180608/vaults/{}/usage GetVaultUsage
GET /20180608/wrappingKeys GetWrappingKey
POST /20180608/keys/import ImportKey
POST /20180608/keys/{}/keyVersions/import ImportKeyVersion
GET /20180608/vaults/{}/actions/listReplicas ListVaultReplicas
POST /20180608/keys/actions/restoreFromFile RestoreKeyFromFile
POST /20180608/keys/actions/restoreFromObjectStore RestoreKeyFromObjectStore
POST /20180608/vaults/actions/restoreFromFile RestoreVaultFromFile
POST /20180608/vaults/actions/restoreFromObjectStore RestoreVaultFromObjectStore
POST /20180608/keys/{}/keyVersions/{}/actions/scheduleDeletion ScheduleKeyVersionDeletion
POST /20180608/vaults/{}/actions/scheduleDeletion ScheduleVaultDeletion
PUT /20180608/keys/{} UpdateKey
PUT /20180608/vaults/{}/updateRegisteredVaultForMtls UpdateRegisteredVaultForMtls
PUT /20180608/vaults/{} UpdateVault
POST /20160918/tagNamespaces/{}/actions/addLock AddTagNamespaceLock
POST /20160918/compartments/{}/actions/bulkDeleteResources BulkDeleteResources
POST /20160918/tags/actions/bulkDelete BulkDeleteTags
POST /20160918/tags/actions/bulkEdit BulkEditTags
POST /20160918/compartments/{}/actions/bulkMoveResources BulkMoveResources
POST /20160918/tagNamespaces/{}/actions/cascadeDelete CascadeDeleteTagNamespace
POST /20160918/tagNamespaces/{}/actions/changeCompartment ChangeTagNamespaceCompartment
POST /20160918/compartments CreateCompartment
POST /20160918/tenancies/{}/regionSubscriptions CreateRegionSubscription
DELETE /20160918/compartments/{} DeleteCompartment
DELETE /20160918/tagNamespaces/{}/tags/{} DeleteTag
DELETE /20160918/tagNamespaces/{} DeleteTagNamespace
GET /20160918/tags/standardTagNamespaceTemplates/{} GetStandardTagTemplate
GET /20160918/tenancies/{} GetTenancy
POST /20160918/tags/actions/importStandardTags ImportStandardTags
GET /20160918/compartments/bulkActionResourceTypes ListBulkActionResourceTypes
GET /20160918/tags/bulkEditResourceTypes ListBulkEditTagsResourceTypes
GET /20160918/tagNamespaces/actions/listCostTrackingTags ListCostTrackingTags
GET /20160918/regions ListRegions
GET /20160918/tags/standardTagNamespaceTemplates ListStandardTagNamespaces
POST /20160918/compartments/{}/actions/moveCompartment MoveCompartment
POST /20160918/compartments/{}/actions/recoverCompartment RecoverCompartment
POST /20160918/tagNamespaces/{}/actions/removeLock RemoveTagNamespaceLock
PUT /20160918/compartments/{} UpdateCompartment
"""

NOT_SERVED = [tuple(line.split()) for line in _TABLE.strip().splitlines()]
_COMPILED = [(method, re.compile(path.replace("{}", "[^/]+") + "/?"), name) for method, path, name in NOT_SERVED]
#: Last parts of paths that could be taken for the name of something else.
LITERALS = frozenset(path.rpartition("/")[2] for _method, path, _name in NOT_SERVED) - {"{}"}


def not_served(request: Request) -> str | None:
    """The operation's name; None where it is none at all."""
    return next(
        (name for method, path, name in _COMPILED if method == request.method and path.fullmatch(request.path)), None
    )
