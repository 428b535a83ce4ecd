FROM python:3.11-slim
COPY . /build
RUN pip install --no-cache-dir -c /build/constraints.txt '/build[postgres,streams]' && rm -rf /build \
    && useradd --create-home minqing
USER minqing
WORKDIR /home/minqing
ENTRYPOINT ["minqing"]
