import CloudImages
import DiskImages
import HostSupport
import Quantities
import QuiverErrors

func sizes(of home: QuiverHome) throws -> [ByteCount] {
    do {
        let paths = ImageStore(home: home).list().map(\.disk)
        return try paths.map { try DiskFacts.read($0).virtualSize }
    } catch let error as any QuiverError {
        print(error.message)
        throw error
    }
}

let format: DiskFormat = .qcow2
