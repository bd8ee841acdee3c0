/** The id of a stream in a path, as the API description shows it. */
import { ApiParam } from '@nestjs/swagger';

export const StreamIdParam = (): MethodDecorator =>
  ApiParam({ name: 'id', description: 'Id of the stream.', example: 'demo' });
