import CloudImages
import DiskImages
import HostSupport
import Quantities
import QuiverErrors

func sizes(of home: QuiverHome) throws -> [ByteCount] {
    do {
        return ImageStore(home: home).list().map(\.size)
    } catch let error as any QuiverError {
        print(error.message)
        throw error
    }
}

let format: DiskFormat = .qcow2
