// What a program needs that makes, runs, snapshots and forks machines: `import Quiver`.
@_exported import CloudImages
@_exported import CloudInit
@_exported import DiskImages
@_exported import Forks
@_exported import GuestAccess
@_exported import HostSupport
@_exported import Machines
@_exported import Provisioning
@_exported import Quantities
@_exported import QuiverErrors
@_exported import SystemPackage
